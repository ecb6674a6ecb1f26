using System.CommandLine;

namespace Chain.Plugin;

/// <summary>
/// Runs what a command does: an error with a message for people is printed and gives the exit code, a bug is not caught.
/// </summary>
public delegate Task<int> CommandGuard(ParseResult parsed, Func<Task<int>> action);
