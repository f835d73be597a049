"""Latent Motion: sparse autoencoders on wavelet coefficients of ground reaction force."""
