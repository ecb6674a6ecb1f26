using Chain.Programs;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>The end of a log file, and on request what is added to it.</summary>
internal static class LogTail
{
    public static async Task PrintAsync(string file, int lines, bool follow, CancellationToken cancellation)
    {
        using var reader = Open(file);
        foreach (var line in await LastAsync(reader, lines, cancellation)) Console.WriteLine(Printable.Line(line));
        while (follow)
        {
            while (await reader.ReadLineAsync(cancellation) is { } line) Console.WriteLine(Printable.Line(line));
            await Task.Delay(200, cancellation);
        }
    }

    public static async Task<IReadOnlyCollection<string>> LastAsync(string file, int lines, CancellationToken cancellation)
    {
        using var reader = Open(file);
        return await LastAsync(reader, lines, cancellation);
    }

    private static StreamReader Open(string file)
    {
        if (!File.Exists(file)) throw new TestnetException($"There is no log {file}: the node has not been started yet.");
        return new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
    }

    private static async Task<Queue<string>> LastAsync(StreamReader reader, int lines, CancellationToken cancellation)
    {
        var last = new Queue<string>();
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            last.Enqueue(line);
            if (last.Count > lines) last.Dequeue();
        }

        return last;
    }
}
