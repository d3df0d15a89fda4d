"""The commands of `autograder`: one file each, with the options of a command and what it does."""
