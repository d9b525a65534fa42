// Owns LibTorch's headers, precompiled: they take 15 s of every source that reads them otherwise.
