//! One file per question.

pub(crate) mod import_directory;

#[cfg(test)]
mod tests;
