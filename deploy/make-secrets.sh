#!/bin/sh
# Makes the passwords and keys of docker-compose.yml, in deploy/secrets or the folder named. What is there is kept.
set -eu
umask 077
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"

random() {
    od -An -tx1 -N32 /dev/urandom | tr -d ' \n'
}

# Readable for all inside a folder that is not: in a container somebody else reads the file.
keep() {
    [ -e "$folder/$1" ] || cat > "$folder/$1"
    chmod 0644 "$folder/$1"
}

random | keep token_key
for whose in nats postgres intake directory deadlines dispatch delivery; do
    random | keep "${whose}_password"
done
printf 'user: evenkeel\npassword: "%s"\n' "$(cat "$folder/nats_password")" | keep nats_users
# Of the mail server, where it wants one: write it into the file.
printf '' | keep smtp_password
echo "Secrets are in $folder. token_key belongs into the backup: without it a child's subjects cannot be found again."
