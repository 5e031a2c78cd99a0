"""Black-box tests of the sandbox: everything over real HTTP."""
