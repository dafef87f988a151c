"""Solvers: the only modules that import a solver library, each inside the function that needs it."""
