using Chain.Simulation;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>One bit flipped in one file of a copy, and what the programs make of it.</summary>
internal sealed class DamageTrial
{
    private const int Refused = 1;

    private readonly DamageSource _source;
    private readonly TestnetFolder _folder;
    private readonly string _file;
    private readonly long _offset;
    private readonly int _bit;

    public DamageTrial(DamageSource source, int seed, string path)
    {
        (_source, _folder) = (source, new TestnetFolder(path));
        var random = new SeededRandom((ulong)seed);
        var files = Directory.EnumerateFiles(source.Folder.Path, "*", SearchOption.AllDirectories)
            .Where(file => new FileInfo(file).Length > 0).Order(StringComparer.Ordinal).ToArray();

        // Half of them in the databases, which are most of what there is.
        var databases = files.Where(file => Path.GetFileName(file).StartsWith("chain.db", StringComparison.Ordinal)).ToArray();
        var choice = random.Next(2) == 0 ? databases : files;
        _file = Path.GetRelativePath(source.Folder.Path, choice[random.Next(choice.Length)]);
        _offset = random.Next((int)new FileInfo(Path.Combine(source.Folder.Path, _file)).Length);
        _bit = random.Next(8);
    }

    public string Description => $"{_source.Name}: bit {_bit} of byte {_offset} of {_file}";

    public async Task<(DamageOutcome Outcome, string Said)> RunAsync(CancellationToken cancellation)
    {
        if (Directory.Exists(_folder.Path)) Directory.Delete(_folder.Path, recursive: true);
        DamageSource.Copy(_source.Folder.Path, _folder.Path);
        Flip();
        return Path.GetFileName(_file) == "testnet.json" ? await LookAtNetworkAsync() : await RunNodeAsync(cancellation);
    }

    private void Flip()
    {
        using var file = new FileStream(Path.Combine(_folder.Path, _file), FileMode.Open, FileAccess.ReadWrite);
        file.Position = _offset;
        var value = file.ReadByte();
        file.Position = _offset;
        file.WriteByte((byte)(value ^ (1 << _bit)));
    }

    // The manifest is for the commands of `chain testnet` alone.
    private async Task<(DamageOutcome Outcome, string Said)> LookAtNetworkAsync()
    {
        using var command = DamagedNode.Run(_source.Manifest, "testnet", "status", "--dir", _folder.Path);
        var said = await command.EndAsync();
        if (said is null) return (DamageOutcome.Broken, "`testnet status` does not end");
        return command.ExitCode == 0 ? (DamageOutcome.Served, "") : Judge(command.ExitCode, said);
    }

    private async Task<(DamageOutcome Outcome, string Said)> RunNodeAsync(CancellationToken cancellation)
    {
        using var node = DamagedNode.Start(_folder, _source.Manifest);
        if (!await node.AnswersAsync(cancellation))
        {
            return await node.EndAsync() is { } last
                ? Judge(node.ExitCode, last)
                : (DamageOutcome.Broken, "it neither answers nor ends");
        }

        var (errors, wrong) = await CompareAsync(cancellation);
        var said = await node.EndAsync();
        if (said is null) return (DamageOutcome.Broken, "it does not end when asked to");
        if (wrong is not null) return (DamageOutcome.Broken, wrong);
        if (node.ExitCode != 0 || said.Length > 0)
            return (DamageOutcome.Broken, $"it served and ended with exit code {node.ExitCode}: {said}");
        return errors is null ? (DamageOutcome.Served, "") : (DamageOutcome.ServedWithErrors, errors);
    }

    private static (DamageOutcome Outcome, string Said) Judge(int exitCode, string said)
    {
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var isClear = exitCode == Refused && lines is [var line] && line.StartsWith("error:", StringComparison.Ordinal);
        return (isClear ? DamageOutcome.Refused : DamageOutcome.Broken, $"exit code {exitCode}: {said}");
    }

    private async Task<(string? Errors, string? Wrong)> CompareAsync(CancellationToken cancellation)
    {
        using var client = new NodeClient(_source.Manifest.Nodes[0].RpcPort, TimeSpan.FromSeconds(30));
        string? errors = null;
        foreach (var question in _source.Questions)
        {
            try
            {
                var answer = await client.AskAsync(question.Method, question.ParametersJson, cancellation);
                var text = question.Method == "chain_nodeInfo" ? answer.Require("enode").Text() : answer.ToJson();
                if (text != question.Answer)
                    return (errors, $"{question.Method}{question.Parameters} answers {text}, not {question.Answer}");
            }
            catch (RefusedCallException refused) when (question.MayFail)
            {
                errors = refused.Message;
            }
            catch (TestnetException failed)
            {
                return (errors, failed.Message);
            }
        }

        return (errors, null);
    }
}
