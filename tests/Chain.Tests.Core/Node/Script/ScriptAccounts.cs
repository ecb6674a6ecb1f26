using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Accounts by name: each new name is the next account of the genesis block, with 1,000 ether.</summary>
internal sealed class ScriptAccounts
{
    /// <summary>An account that has code, so that nobody may send from it (EIP-3607): `contract` in a script.</summary>
    public static readonly PrivateKey WithCode = PoolScene.KeyOf(1000);

    private readonly Dictionary<string, PrivateKey> _keys = new() { ["contract"] = WithCode };

    public PrivateKey KeyOf(string name)
    {
        if (!_keys.TryGetValue(name, out var key)) _keys.Add(name, key = PoolScene.KeyOf(_keys.Count - 1));
        return key;
    }
}
