"""One verb a module: ports in, result value out; the only imperative code."""
