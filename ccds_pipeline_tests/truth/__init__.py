"""What is true of a demonstration: the evaluation a second time, by its own rules, without the pipeline."""
