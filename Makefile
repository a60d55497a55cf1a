# The whole of it: see `make help`. What a target needs it fetches into .tools, or names in one line.
export PATH := $(CURDIR)/.tools/venv/bin:$(PATH)

.PHONY: help run test soak lint bench

help:
	@echo "make run    build, start everything on this machine and print the address of the page"
	@echo "make test   every test, against real brokers, databases and mail servers"
	@echo "make soak   the same kinds of test for much longer: hundreds of kills, thousands of schedules"
	@echo "make lint   formatting, lints, licences and known vulnerabilities of what we use"
	@echo "make bench  how fast and how large, beside the raw limits of this machine"

run:
	@scripts/tools.sh run
	cargo run --locked -p evenkeel -- up

test:
	@scripts/tools.sh test
	cargo nextest run --workspace --locked
	cargo test --quiet --workspace --locked --doc

soak:
	@scripts/tools.sh test
	cargo nextest run --workspace --locked --profile soak

lint:
	@scripts/tools.sh lint
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo deny --locked --log-level warn check licenses bans sources
	@if cargo deny --locked --log-level off fetch db 2>/dev/null; then \
		cargo deny --locked --log-level warn check --disable-fetch advisories; \
	else \
		echo "advisories: not checked, their list cannot be reached from here"; \
	fi

# Both commands choose the same packages: else their features differ, and everything is compiled twice.
bench:
	@scripts/tools.sh bench
	cargo build --profile bench --locked -p evenkeel -p suite --bin evenkeel --bench bench
	cargo bench --locked -p evenkeel -p suite --bench bench
