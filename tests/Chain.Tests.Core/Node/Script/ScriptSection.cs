namespace Chain.Tests;

/// <summary>Commands that are run one after the other, and what they must print.</summary>
/// <param name="Line">The line of the first command in its file, from one.</param>
internal sealed record ScriptSection(int Line, IReadOnlyList<string> Commands, IReadOnlyList<string> Expected);
