"""What the network learns from: class folders and drawings, sampled in pairs and trials."""
