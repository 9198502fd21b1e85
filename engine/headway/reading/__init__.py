"""What stands in revision files, read as text. Executes nothing, and writes nothing."""
