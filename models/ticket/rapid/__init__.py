"""RapidOCR as a reading engine: its networks, and how they are asked."""
