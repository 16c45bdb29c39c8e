"""Example mapping files: how two counties call the columns of each form."""
