"""MySQL and MariaDB: its implementation, and one file for each thing that it does its own way."""
