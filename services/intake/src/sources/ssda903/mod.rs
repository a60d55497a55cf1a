//! The looked-after children return (SSDA903) as every English authority makes it: a folder of CSV files. Four of its
//! tables are read; the others hold nothing that a clock needs.

mod codes;
mod episodes;
mod missing;
mod reviews;
mod sw_episodes;

use super::{Shape, Source};
use crate::domain::window::Window;

pub(super) static SOURCE: Source = Source {
    name: "ssda903",
    shape: Shape::Folder,
    window: Window::ReturnYear,
    tables: &[
        episodes::TABLE,
        reviews::TABLE,
        missing::TABLE,
        sw_episodes::TABLE,
    ],
    gaps: &[],
};
