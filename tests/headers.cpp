// Owns the precompiled headers of the tests: Catch2 is parsed once, not once a test.
