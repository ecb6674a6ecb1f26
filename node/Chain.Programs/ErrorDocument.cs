using System.Text.Json.Nodes;

namespace Chain.Programs;

/// <summary>What a program prints with `--json` where it fails: `{"error": {"code", "exitCode", "message"}}`.</summary>
public static class ErrorDocument
{
    /// <summary>For an exit code that means the same in all programs.</summary>
    public static JsonObject Of(int exitCode, string message) => Of(ExitCodes.NameOf(exitCode), exitCode, message);

    /// <param name="code">The exit code's name.</param>
    /// <param name="exitCode">What the program ends with.</param>
    /// <param name="message">The sentence for the user.</param>
    public static JsonObject Of(string code, int exitCode, string message) => new()
    {
        ["error"] = Error(code, exitCode, message),
    };

    /// <summary>The error alone, for a document that has more in it.</summary>
    public static JsonObject Error(string code, int exitCode, string message) => new()
    {
        ["code"] = code,
        ["exitCode"] = exitCode,
        ["message"] = message,
    };
}
