using Chain.Testnet;

namespace Chain.Cli;

/// <summary>The end of a log file, and on request what is added to it.</summary>
internal static class LogTail
{
    public static async Task PrintAsync(string file, int lines, bool follow, CancellationToken cancellation)
    {
        if (!File.Exists(file)) throw new TestnetException($"There is no log {file}: the node has not been started yet.");
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var last = new Queue<string>();
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            last.Enqueue(line);
            if (last.Count > lines) last.Dequeue();
        }

        foreach (var line in last) Console.WriteLine(line);
        while (follow)
        {
            while (await reader.ReadLineAsync(cancellation) is { } line) Console.WriteLine(line);
            await Task.Delay(200, cancellation);
        }
    }
}
