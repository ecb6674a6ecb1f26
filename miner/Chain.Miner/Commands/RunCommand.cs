using System.Security.Cryptography;
using Chain.Mining;
using Chain.Mining.Gpu;
using Chain.Primitives;

namespace Chain.Miner;

/// <summary>`miner run`: wires engines, work client and one of the two ways to show what happens.</summary>
internal static class RunCommand
{
    public sealed record Arguments(string Rpc, string Engine, int Threads, double? Limit, long? Blocks, bool Json);

    public static async Task<int> ExecuteAsync(Arguments arguments, CancellationToken ct)
    {
        NodeUrl[] nodes;
        try
        {
            nodes = arguments.Rpc.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(NodeUrl.Parse).ToArray();
        }
        catch (FormatException e)
        {
            return Refuse(arguments.Json, $"--rpc: {e.Message}");
        }

        if (nodes.Length == 0) return Refuse(arguments.Json, "--rpc names no node; give http://HOST:PORT.");
        if (arguments.Limit is { } limit && !(limit > 0))
            return Refuse(arguments.Json, $"--limit {limit} allows no search; give hashes a second above zero.");

        if (arguments.Blocks is { } blocks and < 1)
            return Refuse(arguments.Json,
                $"--blocks {blocks} is nothing to mine; give 1 or more, or leave it out to go on until Ctrl-C.");

        IRunDisplay display = arguments.Json ? new JsonLines(Console.Out, TimeProvider.System)
            : Console.IsOutputRedirected ? new PlainLines(Console.Out)
            : new LiveView();
        var choice = EngineChoice.Resolve(arguments.Engine, arguments.Threads, Devices.List, display.DeviceNews);
        if (choice.Error is not null) return Refuse(arguments.Json, choice.Error);

        var options = new WorkClientOptions
        {
            Nodes = nodes,
            MinerId = new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)),
            Search = new SearchSessionOptions
            {
                Engines = choice.Engines,
                BatchTime = choice.BatchTime,
                FirstNonce = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
                HashesPerSecondLimit = arguments.Limit,
            },
        };
        try
        {
            await MineAsync(options, arguments.Blocks, display, ct).ConfigureAwait(false);
            return 0;
        }
        catch (NoWorkException e)
        {
            return MinerCommands.Fail(arguments.Json, MinerCommands.Failed, e.Message);
        }
    }

    private static async Task MineAsync(WorkClientOptions options, long? blocks, IRunDisplay display, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var accepted = 0L;
        using var client = new WorkClient(options, happened =>
        {
            display.Happened(happened);
            if (happened is MinerEvent.Submitted { Outcome: SubmitOutcome.Accepted } && ++accepted == blocks) stop.Cancel();
        });
        var showing = display.ShowAsync(client, stop.Token);
        try
        {
            await client.RunAsync(stop.Token).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await showing.ConfigureAwait(false);
            display.Stopped(client);
        }
    }

    private static int Refuse(bool json, string message) => MinerCommands.Fail(json, MinerCommands.Usage, message);
}
