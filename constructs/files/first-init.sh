#!/usr/bin/env bash
# first-init.sh FOLDER [COMMAND...]: empties a database folder whose first init was cut off before the server ran even
# once, then runs COMMAND. Killed that early, InnoDB's files are half written and no later start ever succeeds.
# Nothing of the shop can be lost: the mark says that the folder was empty when we began, and the database `wordpress`
# is the first statement of converge.sql. Runs in `converge` and again before the server, because a container that is
# restarted alone runs no init container. Exit code: COMMAND's.
set -eu -o pipefail
folder=$1
shift
mark=$folder/.first-init
rest() { find "$folder" -mindepth 1 ! -path "$mark" "$@"; }
if [ -d "$folder/wordpress" ]; then
  rm -f "$mark"
elif [ -z "$(rest -print -quit)" ]; then
  : >"$mark"
  sync "$mark" "$folder"
elif [ -e "$mark" ]; then
  rest -delete
  echo "database: first init was cut off, begins again"
fi
[ $# -eq 0 ] || exec "$@"
