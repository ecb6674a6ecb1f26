using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>A method's body.</summary>
public delegate ValueTask<RpcError?> RpcHandler(RpcCall call);

/// <summary>A method and how often it was called.</summary>
public sealed class RpcMethod(string name, int maxArgs, RpcHandler handler, bool overlaps)
{
    private long _calls;
    private long _failures;

    public string Name => name;

    public int MaxArgs => maxArgs;

    public RpcHandler Handler => handler;

    /// <summary>Whether calls of it that follow each other in a batch may be under way together; they begin in order.</summary>
    public bool Overlaps => overlaps;

    public bool IsAdmin { get; } = name.StartsWith("admin_", StringComparison.Ordinal);

    public long Calls => Interlocked.Read(ref _calls);

    public long Failures => Interlocked.Read(ref _failures);

    public void Count(bool failed)
    {
        Interlocked.Increment(ref _calls);
        if (failed) Interlocked.Increment(ref _failures);
    }
}

/// <summary>All methods by name.</summary>
public sealed class RpcMethodTable
{
    private readonly Dictionary<string, RpcMethod> _methods = new(160, StringComparer.Ordinal);

    public IReadOnlyCollection<RpcMethod> All => _methods.Values;

    public RpcMethod? Find(string name) => _methods.GetValueOrDefault(name);

    /// <param name="maxArgs">More arguments than this are refused.</param>
    public void Add(string name, int maxArgs, Func<RpcCall, RpcError?> method) =>
        _methods.Add(name, new RpcMethod(name, maxArgs, call => ValueTask.FromResult(method(call)), overlaps: false));

    public void AddAsync(string name, int maxArgs, RpcHandler method, bool overlaps = false) =>
        _methods.Add(name, new RpcMethod(name, maxArgs, method, overlaps));

    /// <summary>A method that answers a fixed kind of value and takes no arguments.</summary>
    public void AddText(string name, Func<RpcCall, string> answer) => Add(name, 0, call =>
    {
        call.Out.WriteStringValue(answer(call));
        return null;
    });

    public void AddQuantity(string name, Func<RpcCall, UInt256> answer) => Add(name, 0, call =>
    {
        call.Out.WriteQuantityValue(answer(call));
        return null;
    });

    public void AddBool(string name, Func<RpcCall, bool> answer) => Add(name, 0, call =>
    {
        call.Out.WriteBooleanValue(answer(call));
        return null;
    });
}
