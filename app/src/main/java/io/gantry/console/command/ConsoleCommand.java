package io.gantry.console.command;

import io.gantry.console.line.CommandDefinition;

/** A command: what may be said, and what is done. */
record ConsoleCommand(CommandDefinition definition, Action action) {}
