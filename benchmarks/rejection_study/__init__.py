"""Parts of the study of rejection and calibration."""
