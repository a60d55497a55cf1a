//! The whole service over a real store and a queue, with a post room instead of delivery. Every test ends with the books
//! balanced: `Office::check` runs after every settling.

mod brake;
mod changes;
mod engines;
mod found;
mod handover;
mod office;
mod order;
mod post;
mod telling;
mod trouble;
mod whole;
