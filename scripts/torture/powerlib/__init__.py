"""What the benches `powercut` and `iofaults` share."""
