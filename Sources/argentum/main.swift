print("argentum")
