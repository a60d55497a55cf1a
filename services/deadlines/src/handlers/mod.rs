//! One file per event and question.

pub(crate) mod chronology;
pub(crate) mod explain_child;
pub(crate) mod list_deadlines;
pub(crate) mod list_rules;
pub(crate) mod work_out;
