using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>The programs as a person runs them: real processes, arguments in, exit code and text out.</summary>
internal static class Programs
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // Not the book of whoever runs the tests: it is beside this journal.
    private static readonly string Journal = Path.Combine(Directory.CreateTempSubdirectory("chain-journal-").FullName,
        "transfers.jsonl");

    /// <summary>The folder of published programs to test; null: those that were built with the tests run.</summary>
    private static readonly string? Published = Environment.GetEnvironmentVariable("CHAIN_PROGRAMS") is { Length: > 0 } folder
        ? folder
        : null;

    /// <summary>The program `chain` that is tested; null: the one that was built with the tests.</summary>
    public static string? PublishedChain => Published is null ? null : Path.Combine(Published, "chain");

    public sealed record Outcome(int ExitCode, string Output, string Errors)
    {
        public JsonNode Json => JsonNode.Parse(Output)!;

        public Outcome Succeeded()
        {
            Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Errors}");
            return this;
        }
    }

    public static Task<Outcome> ChainAsync(params string[] arguments) => RunAsync("chain", arguments);

    /// <summary>As <see cref="ChainAsync"/>, with a text on standard input.</summary>
    public static Task<Outcome> ChainReadingAsync(string input, params string[] arguments) => RunAsync("chain", arguments, input);

    public static Task<Outcome> WalletAsync(params string[] arguments) => RunAsync("wallet", arguments);

    /// <summary>Any of the programs, with environment variables of its own.</summary>
    public static Task<Outcome> RunAsync(
        string program, string[] arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null) =>
        Published is null
            ? RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, program + ".dll")], arguments, input, environment)
            : RunAsync(Path.Combine(Published, program), [], arguments, input, environment);

    /// <summary>A program from the sources, as README says, built like these tests.</summary>
    public static Task<Outcome> DotnetRunAsync(string project, params string[] arguments)
    {
        var built = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var path = Path.Combine(Repository.Root, project);
        return RunAsync("dotnet", ["run", "--no-build", "--configuration", built, "--project", path, "--"], arguments);
    }

    private static async Task<Outcome> RunAsync(
        string file, string[] first, string[] arguments, string input = "",
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, [.. first, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["CHAIN_JOURNAL"] = Journal;
        start.Environment.Remove("CHAIN_BOOK");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
        process.StandardInput.Close();
        await process.WaitForExitAsync(patience.Token);
        return new Outcome(process.ExitCode, await output, await errors);
    }
}
