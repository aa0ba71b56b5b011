"""From embeddings to a verdict: the support set, its FAISS index, calibration, rejection."""
