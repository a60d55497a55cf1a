//! The whole service over a real store and a queue, with a post room instead of delivery. Every test ends with the books
//! balanced: `Office::check` runs after every settling.

mod brake;
mod changes;
mod office;
mod order;
mod telling;
mod whole;
