"""Commands on the library itself; a program's commands are with the program."""
