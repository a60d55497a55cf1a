mod faults;
mod flow;
mod pumping;
mod stage;
mod takeover;
mod world;
