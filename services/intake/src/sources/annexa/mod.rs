//! Ofsted's child-level lists (Annex A): one row a child, with the last visit and the last review only. Enough to say what
//! is overdue now; no history. Lists 1, 2 and 11 hold nothing that a clock needs.

pub(super) mod book;
mod cells;
mod headers;
mod list_10;
mod list_3;
mod list_4;
mod list_5;
mod list_6;
mod list_7;
mod list_8;
mod list_9;

use super::{Shape, Source};
use crate::domain::window::Window;

pub(super) static SOURCE: Source = Source {
    name: "annexa",
    shape: Shape::Book,
    window: Window::Whole,
    tables: &[
        list_3::TABLE,
        list_4::TABLE,
        list_5::TABLE,
        list_6::TABLE,
        list_7::TABLE,
        list_8::TABLE,
        list_9::TABLE,
        list_10::TABLE,
    ],
    gaps: &[],
};

#[cfg(test)]
mod tests;
