import AgImaging

if CodecChild.isRequested(CommandLine.arguments) { CodecChild.run(CommandLine.arguments) }
print("argentum")
