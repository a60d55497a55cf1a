//! A child's deadlines in words: the arithmetic and the evidence.
