using Chain.Node;

namespace Chain.Tests;

/// <summary>Runs the commands of one script, in order. A command that gives the node no input prints nothing.</summary>
internal sealed class ScriptRun : IDisposable
{
    private const long TickMs = 250;

    private static readonly string[] Silence = ["nothing"];

    private readonly ScriptNames _names = new();
    private readonly ScriptMaterial _material;
    private readonly PeerWords _peerWords;
    private ScriptNode? _node;

    public ScriptRun()
    {
        _material = new ScriptMaterial(_names, () => Node.Chain);
        _peerWords = new PeerWords(_names, () => Node);
    }

    private ScriptNode Node => _node ?? throw new FormatException("A script begins with `node`.");

    public void Dispose() => _node?.Dispose();

    /// <summary>What a command prints.</summary>
    public IReadOnlyList<string> Run(string text)
    {
        var command = new ScriptCommand(text);
        var printed = Run(command);
        return command.Unread.Count == 0
            ? printed
            : throw new FormatException($"'{command.Verb}' has no option {string.Join(", ", command.Unread)}.");
    }

    private IReadOnlyList<string> Run(ScriptCommand command)
    {
        if (_names.IsPeer(command.Verb)) return Say(command);
        if (_material.TryMake(command)) return [];
        switch (command.Verb)
        {
            case "node":
                _node = new ScriptNode(ScriptSettings.Of(command), _names);
                _names.Add("g", Node.Chain.Genesis);
                return [];
            case "connect":
                return Connect(command);
            case "greet":
                return [.. Connect(command), .. Say(new ScriptCommand($"{command.Argument(0, "a peer")} status"))];
            case "disconnect":
                return Step(new NodeInput.PeerDisconnected(Node.Now, _names.Peer(command.Argument(0, "a peer"))));
            case "tick":
                return Tick(command.Arguments.Count > 0 ? ScriptCommand.ParseDuration(command.Arguments[0]) : 0);
            case "wait":
                return Wait(ScriptCommand.ParseDuration(command.Argument(0, "a time")));
            case "submit":
                return Submit(command);
            case "import":
                return Step(new NodeInput.ImportBlocks(Node.Now, Node.NewRequest(),
                    [.. ScriptNames.Expand(command.Arguments).Select(_names.Block)]));
            case "mine":
                return Step(new NodeInput.SetMining(Node.Now, IsOn(command) ? ScriptMaterial.Shop : null));
            case "get-work":
                return Step(new NodeInput.GetWork(Node.Now, Node.NewRequest()));
            case "solve":
                return Solve(command);
            case "restart":
                return [$"restarted at {Node.Restart()}"];
            default:
                throw new FormatException($"There is no command '{command.Verb}', and no peer of that name.");
        }
    }

    private IReadOnlyList<string> Step(NodeInput input)
    {
        var effects = Node.Step(input);
        return effects.Count == 0 ? Silence : effects;
    }

    private IReadOnlyList<string> Connect(ScriptCommand command)
    {
        var name = command.Argument(0, "a peer");
        var link = new PeerLink((int)command.Number("eth", 68), Outbound: false, SpeaksRule: false, name);
        return Step(new NodeInput.PeerConnected(Node.Now, _names.AddPeer(name), link));
    }

    private IReadOnlyList<string> Say(ScriptCommand command)
    {
        var peer = _names.Peer(command.Verb);
        return command.Argument(0, "a message") == "rubbish"
            ? Step(new NodeInput.MalformedMessage(Node.Now, peer, "its bytes are no message"))
            : Step(new NodeInput.MessageReceived(Node.Now, peer, _peerWords.Parse(command)));
    }

    private IReadOnlyList<string> Tick(long milliseconds)
    {
        Node.Pass(milliseconds);
        return Step(new NodeInput.Tick(Node.Now));
    }

    /// <summary>Lets time pass with its ticks, and prints those at which something happened.</summary>
    private IReadOnlyList<string> Wait(long milliseconds)
    {
        var printed = new List<string>();
        for (var passed = TickMs; passed <= milliseconds; passed += TickMs)
        {
            Node.Pass(TickMs);
            var effects = Node.Step(new NodeInput.Tick(Node.Now));
            if (effects.Count > 0) printed.AddRange([$"after {passed / 1000m:0.##}s", .. effects]);
        }

        return printed.Count == 0 ? Silence : printed;
    }

    private IReadOnlyList<string> Submit(ScriptCommand command)
    {
        var items = ScriptNames.Expand(command.Arguments)
            .Select(name => (Node.NewRequest(), _names.Transaction(name).Recover()!))
            .ToList();
        return Step(new NodeInput.SubmitTransactions(Node.Now, items));
    }

    /// <summary>Hands in a nonce for a template; the block that it makes gets the name after it.</summary>
    private IReadOnlyList<string> Solve(ScriptCommand command)
    {
        var package = _names.Work(command.Argument(0, "a template"));
        var nonce = ScriptChain.FindNonce(
            package.SealHash, Primitives.UInt256.MaxValue / package.Target, isGood: command.Text("nonce") != "wrong");
        if (command.Arguments.Count > 1) Node.NextOwnBlock = command.Arguments[1];
        return Step(new NodeInput.SubmitWork(Node.Now, Node.NewRequest(), package.SealHash, nonce));
    }

    private static bool IsOn(ScriptCommand command) => command.Argument(0, "on or off") switch
    {
        "on" => true,
        "off" => false,
        var other => throw new FormatException($"'{other}' is neither on nor off."),
    };
}
