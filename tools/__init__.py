"""Scripts that write files of this repository; none is installed."""
