using System.Text.RegularExpressions;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Everything in a script has a name: blocks, transactions, templates, peers and accounts. Nothing is printed by its hash.
/// </summary>
internal sealed partial class ScriptNames
{
    private const int ShortestRun = 3;

    private readonly Dictionary<Hash256, string> _ofHash = [];
    private readonly Dictionary<string, Block> _blocks = [];
    private readonly Dictionary<string, Transaction> _transactions = [];
    private readonly Dictionary<string, Hash256> _ghosts = [];
    private readonly Dictionary<string, WorkPackage> _work = [];
    private readonly Dictionary<string, PeerId> _peers = [];
    private readonly Dictionary<PeerId, string> _ofPeer = [];

    public int Count => _ofHash.Count;

    public void Add(string name, Block block)
    {
        // A forged body comes under the hash, and so under the name, of the true block; one's own was named by its solution.
        _ofHash.TryAdd(block.Hash, name);
        _blocks.Add(name, block);
    }

    /// <summary>Names a hash of which nothing else is known yet.</summary>
    public void Name(string name, Hash256 hash) => _ofHash.Add(hash, name);

    public void Add(string name, Transaction transaction)
    {
        _ofHash.Add(transaction.Hash, name);
        _transactions.Add(name, transaction);
    }

    /// <summary>A hash that belongs to nothing.</summary>
    public void AddGhost(string name)
    {
        var hash = Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(name));
        _ofHash.Add(hash, name);
        _ghosts.Add(name, hash);
    }

    /// <summary>Names a template in the order in which templates come.</summary>
    public string Add(WorkPackage package)
    {
        if (_ofHash.TryGetValue(package.SealHash, out var known)) return known;
        var name = $"work{_work.Count + 1}";
        _ofHash.Add(package.SealHash, name);
        _work.Add(name, package);
        return name;
    }

    public PeerId AddPeer(string name)
    {
        // The same peer may come back, by another connection.
        var peer = new PeerId(_ofPeer.Count + 1);
        _ofPeer.Add(peer, name);
        return _peers[name] = peer;
    }

    public Block Block(string name) => Known(_blocks, name, "block");

    public Transaction Transaction(string name) => Known(_transactions, name, "transaction");

    public WorkPackage Work(string name) => Known(_work, name, "template");

    public PeerId Peer(string name) => Known(_peers, name, "peer");

    public bool IsPeer(string name) => _peers.ContainsKey(name);

    public bool IsGhost(string name) => _ghosts.ContainsKey(name);

    public Hash256 Hash(string name) =>
        _blocks.TryGetValue(name, out var block) ? block.Hash
        : _transactions.TryGetValue(name, out var transaction) ? transaction.Hash
        : Known(_ghosts, name, "block, transaction or ghost");

    public string Of(Hash256 hash) =>
        _ofHash.TryGetValue(hash, out var name) ? name : throw new InvalidOperationException($"{hash} has no name.");

    public string Of(PeerId peer) => _ofPeer[peer];

    /// <summary>Names in order, `b1 b2 b3 b4` as `b1..b4`.</summary>
    public string Of(IEnumerable<Hash256> hashes) => Join([.. hashes.Select(Of)]);

    /// <summary>The number and hash of a block; the number only where it is not the block's own.</summary>
    public string Of(BlockRef block)
    {
        var name = Of(block.Hash);
        return _blocks.TryGetValue(name, out var known) && known.Number == block.Number ? name : $"{name}@{block.Number}";
    }

    /// <summary>A text of the node's with names in the place of hashes, and without numbers that nobody can read.</summary>
    public string In(string text)
    {
        var named = LongHash().Replace(text, match =>
            _ofHash.TryGetValue(Hash256.Parse(match.Value), out var name) ? name : "HASH");
        named = ShortHash().Replace(named, match =>
            _ofHash.FirstOrDefault(entry => entry.Key.ToShortString() == match.Value).Value ?? "HASH");
        return LongNumber().Replace(named, "NUMBER");
    }

    /// <summary>`b1..b4` is written out; anything else stays as it is.</summary>
    public static IEnumerable<string> Expand(IEnumerable<string> words) => words.SelectMany(word =>
    {
        var dots = word.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0) return [word];
        var ((prefix, first), (_, last)) = (Split(word[..dots]), Split(word[(dots + 2)..]));
        var count = Math.Abs(last - first) + 1;
        return Enumerable.Range(0, count).Select(i => $"{prefix}{(last >= first ? first + i : first - i)}");
    });

    private static string Join(List<string> names)
    {
        var parts = new List<string>();
        for (var i = 0; i < names.Count;)
        {
            var length = Math.Max(RunFrom(names, i, 1), RunFrom(names, i, -1));
            if (length < ShortestRun) length = 1;
            parts.Add(length == 1 ? names[i] : $"{names[i]}..{names[i + length - 1]}");
            i += length;
        }

        return string.Join(' ', parts);
    }

    private static int RunFrom(List<string> names, int start, int step)
    {
        var (prefix, number) = Split(names[start]);
        var length = 1;
        while (number >= 0 && start + length < names.Count && names[start + length] == $"{prefix}{number + (step * length)}")
            length++;
        return length;
    }

    // The number is -1 where there is none.
    private static (string Prefix, int Number) Split(string name)
    {
        var digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1])) digits--;
        return digits == name.Length ? (name, -1) : (name[..digits], int.Parse(name[digits..]));
    }

    private static T Known<T>(Dictionary<string, T> all, string name, string kind) =>
        all.TryGetValue(name, out var known) ? known : throw new FormatException($"There is no {kind} '{name}'.");

    [GeneratedRegex("0x[0-9a-f]{64}")]
    private static partial Regex LongHash();

    [GeneratedRegex("0x[0-9a-f]{8}")]
    private static partial Regex ShortHash();

    [GeneratedRegex("[0-9]{30,}")]
    private static partial Regex LongNumber();
}
