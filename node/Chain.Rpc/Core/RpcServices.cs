namespace Chain.Rpc;

/// <summary>What the methods share.</summary>
internal sealed class RpcServices
{
    public RpcServices(INodeAccess node, RpcLimits limits, TimeProvider time)
    {
        Node = node;
        Limits = limits;
        Fees = new FeeOracle(Blocks);
        Pending = new PendingBlocks(node);
        Hub = new SubscriptionHub(node, Blocks, limits);
        Filters = new FilterStore(limits, time);
        HashRates = new HashRates(time);
    }

    public INodeAccess Node { get; }

    public RpcLimits Limits { get; }

    public BlockCache Blocks { get; } = new();

    public FeeOracle Fees { get; }

    public PendingBlocks Pending { get; }

    public SubscriptionHub Hub { get; }

    public FilterStore Filters { get; }

    public HashRates HashRates { get; }
}
