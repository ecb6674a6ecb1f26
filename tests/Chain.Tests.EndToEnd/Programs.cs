using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>The programs as a person runs them: real processes, arguments in, exit code and text out.</summary>
internal static class Programs
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // Not the journal of whoever runs the tests.
    private static readonly string Journal = Path.Combine(Directory.CreateTempSubdirectory("chain-journal-").FullName,
        "transfers.jsonl");

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
    public static async Task<Outcome> RunAsync(
        string program, string[] arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program + ".dll"));
        start.Environment["CHAIN_JOURNAL"] = Journal;
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
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
