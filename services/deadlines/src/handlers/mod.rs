//! One file per event and question.

pub(crate) mod chronology;
pub(crate) mod explain_child;
pub(crate) mod explain_worker;
pub(crate) mod list_deadlines;
pub(crate) mod list_rules;
pub(crate) mod list_workers;
pub(crate) mod organisation;
pub(crate) mod work_out;
pub(crate) mod work_out_workers;
