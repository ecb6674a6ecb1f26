using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Chain.Tests.EndToEnd;

/// <summary>
/// Node.js programs with packages from npm, as the judges of what we speak. A folder of scripts with its `package.json` is copied
/// beside the tests; its packages are installed there once.
/// </summary>
internal static class NodePackages
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ScriptLimit = TimeSpan.FromMinutes(4);
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, string?> Prepared = [];

    /// <summary>Why the scripts of a folder cannot run; null when they can.</summary>
    public static string? SkipReason(string folder)
    {
        lock (Gate)
        {
            if (!Prepared.TryGetValue(folder, out var reason)) Prepared.Add(folder, reason = Prepare(PathOf(folder)));
            return reason;
        }
    }

    /// <summary>Runs a script to its end.</summary>
    public static async Task<Programs.Outcome> RunAsync(string folder, string script, params string[] arguments)
    {
        using var process = Start("node", PathOf(folder), [script, .. arguments]);
        using var patience = new CancellationTokenSource(ScriptLimit);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new Programs.Outcome(process.ExitCode, await output, await errors);
    }

    private static string PathOf(string folder) => Path.Combine(AppContext.BaseDirectory, folder);

    private static string? Prepare(string path)
    {
        // Written when an installation ended well, with what was asked for.
        var (stamp, wanted) =
            (Path.Combine(path, "node_modules", ".installed"), File.ReadAllText(Path.Combine(path, "package.json")));
        try
        {
            if (Run("node", path, "--version") is { } noNode) return $"Node.js is not here: {noNode}";
            if (File.Exists(stamp) && File.ReadAllText(stamp) == wanted) return null;
            if (Run("npm", path, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts",
                "--loglevel=error") is { } failed)
                return $"npm could not install the packages: {failed}";
            File.WriteAllText(stamp, wanted);
            return null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return $"Node.js or npm is not here: {e.Message}";
        }
    }

    /// <summary>Null when it ended with 0, otherwise the first line of what it said.</summary>
    private static string? Run(string program, string path, params string[] arguments)
    {
        using var process = Start(program, path, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        if (process.WaitForExit(InstallLimit))
            return process.ExitCode == 0 ? null : $"exit code {process.ExitCode}: {errors.Result.Split('\n')[0]}";
        process.Kill(entireProcessTree: true);
        return $"not within {InstallLimit.TotalMinutes} minutes";
    }

    private static Process Start(string program, string path, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}

/// <summary>A theory over scripts that need Node.js; skipped with the reason where they cannot run.</summary>
internal sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute(string folder, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = NodePackages.SkipReason(folder);
}
