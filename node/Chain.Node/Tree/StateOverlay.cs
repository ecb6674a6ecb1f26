using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Reads state through what this step has written and the host has not committed yet.</summary>
internal sealed class StateOverlay(IStateReader store) : IStateReader
{
    private readonly Dictionary<Hash256, byte[]> _nodes = [];
    private readonly Dictionary<Hash256, byte[]> _codes = [];

    public byte[]? GetTrieNode(Hash256 hash) => _nodes.TryGetValue(hash, out var node) ? node : store.GetTrieNode(hash);

    public byte[]? GetCode(Hash256 hash) => _codes.TryGetValue(hash, out var code) ? code : store.GetCode(hash);

    public void Add(StateDiff diff)
    {
        foreach (var (hash, node) in diff.Nodes) _nodes[hash] = node;
        foreach (var (hash, code) in diff.Codes) _codes[hash] = code;
    }

    /// <summary>The host commits at the end of the step; from then on the store has it.</summary>
    public void EndStep()
    {
        _nodes.Clear();
        _codes.Clear();
    }
}
