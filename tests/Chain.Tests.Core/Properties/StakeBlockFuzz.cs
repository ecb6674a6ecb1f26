using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>
/// Every field of a block's sidecar, body and header under stake, damaged one by one, signed anew where a proposer could, and
/// handed to a real core.
/// </summary>
public sealed class StakeBlockFuzz
{
    private const int ThrownOut = -1;

    private readonly StakeFuzzNetwork _fuzz = new();
    private readonly Block _block;
    private readonly ConsensusSidecar _sidecar;

    /// <summary>A block that node 1 has made and node 0 has not seen.</summary>
    public StakeBlockFuzz()
    {
        var network = _fuzz.Network;
        network.Partition([0], [1]);
        Assert.True(network.RunUntil(() =>
            network.Nodes[1].Core.View.Head.Header.ParentHash == network.Nodes[0].Core.View.Head.Hash, TimeSpan.FromSeconds(32)));
        _block = network.Nodes[1].Store.GetBlock(network.Nodes[1].Core.View.Head.Hash)!;
        _sidecar = ConsensusSidecar.Decode(_block.Sidecar.Span);
        Assert.NotEmpty(_sidecar.Body.Attestations);
    }

    [Fact]
    public void Each_field_of_the_consensus_body_that_is_wrong_has_its_price()
    {
        var attestation = _sidecar.Body.Attestations[0];
        var data = attestation.Data;
        var cases = new (string What, int Points, Func<ConsensusBody, ConsensusBody> Change)[]
        {
            ("a slot far ahead", 0, body => body with { Slot = new Slot(ulong.MaxValue) }),
            ("the slot before", ThrownOut, body => body with { Slot = body.Slot - 1 }),
            ("slot zero", ThrownOut, body => body with { Slot = new Slot(0) }),
            ("another proposer", ThrownOut, body => body with
            {
                ProposerIndex = (body.ProposerIndex + 1) % StakeFuzzNetwork.Validators,
            }),
            ("another reveal", ThrownOut, body => body with { RandaoReveal = Registry.Root(1) }),
            ("another state root", ThrownOut, body => body with { StakeStateRoot = Registry.Root(2) }),
            ("without its votes", ThrownOut, body => body with { Attestations = [] }),
            ("votes twice, over the limit", ThrownOut, body => body with
            {
                Attestations = [.. Enumerable.Repeat(attestation, 100)],
            }),
            ("more signatures than votes", ThrownOut, body => body with
            {
                Attestations = [attestation with { Signatures = [.. attestation.Signatures, default] }],
            }),
            ("a signature of zeros", ThrownOut, body => body with
            {
                Attestations = [.. body.Attestations.Skip(1), attestation with
                {
                    Signatures = new Signature[attestation.Signatures.Count],
                }],
            }),
            ("bits for a greater committee", ThrownOut, body => body with
            {
                Attestations = [attestation with { AggregationBits = new Bitlist(new bool[100_000]) }],
            }),
            ("bits for nobody", ThrownOut, body => body with
            {
                Attestations = [attestation with
                {
                    AggregationBits = new Bitlist(new bool[attestation.AggregationBits.Length]),
                    Signatures = [],
                }],
            }),
            ("a vote of the last slot there is", ThrownOut, body => body with
            {
                Attestations = [attestation with { Data = data with { Slot = new Slot(ulong.MaxValue) } }],
            }),
            ("a vote for the last epoch there is", ThrownOut, body => body with
            {
                Attestations = [attestation with
                {
                    Data = data with { Target = data.Target with { Epoch = new Epoch(ulong.MaxValue) } },
                }],
            }),
            ("a vote of a committee that there is not", ThrownOut, body => body with
            {
                Attestations = [attestation with { Data = data with { Index = ulong.MaxValue } }],
            }),
            ("a vote with another source", ThrownOut, body => body with
            {
                Attestations = [attestation with
                {
                    Data = data with { Source = new Checkpoint(new Epoch(ulong.MaxValue), Registry.Root(3)) },
                }],
            }),
            ("evidence that is none", ThrownOut, body => body with
            {
                ProposerSlashings = [new ProposerSlashing(Proposal(), Proposal())],
            }),
            ("evidence without end", ThrownOut, body => body with
            {
                ProposerSlashings = [.. Enumerable.Repeat(new ProposerSlashing(Proposal(), Proposal()), 1000)],
            }),
            ("votes that are no offence", ThrownOut, body => body with
            {
                AttesterSlashings = [new AttesterSlashing(_fuzz.Votes(data, 3), _fuzz.Votes(data, 3))],
            }),
            ("the exit of nobody", ThrownOut, body => body with
            {
                VoluntaryExits = [new SignedVoluntaryExit(Epoch.Genesis, int.MaxValue, default)],
            }),
            ("an exit that nobody signed", ThrownOut, body => body with
            {
                VoluntaryExits = [new SignedVoluntaryExit(Epoch.Genesis, 3, default)],
            }),
        };

        foreach (var (what, points, change) in cases)
        {
            var got = _fuzz.Say(Made(change));
            Assert.True(points == got, $"{what}: {got} points instead of {points}");
        }

        AssertGenuineIsTaken();
    }

    [Fact]
    public void Each_field_of_the_header_and_the_withdrawals_that_is_wrong_has_its_price()
    {
        var withdrawal = new Withdrawal(0, 3, Ledger.Bob.Address, 1);
        var cases = new (string What, int Points, Func<BlockHeader, BlockHeader> Change, BlockBody? Body)[]
        {
            ("another mix", ThrownOut, header => header with { MixHash = Registry.Root(1) }, null),
            ("another second", ThrownOut, header => header with { Timestamp = header.Timestamp - 1 }, null),
            ("work", ThrownOut, header => header with { Difficulty = 1 }, null),
            ("a nonce", ThrownOut, header => header with { Nonce = 1 }, null),
            ("no withdrawals root", ThrownOut, header => header with { WithdrawalsRoot = null }, null),
            ("a withdrawal that nobody expects", ThrownOut,
                header => header with { WithdrawalsRoot = Roots.WithdrawalsRoot([withdrawal]) },
                _block.Body with { Withdrawals = [withdrawal] }),
            ("a withdrawal beside its root", ThrownOut, header => header, _block.Body with { Withdrawals = [withdrawal] }),
            ("another state", ThrownOut, header => header with { StateRoot = Registry.Root(2) }, null),
            ("extra data of another length", ThrownOut, header => header with { ExtraData = new byte[31] }, null),
        };

        foreach (var (what, points, change, body) in cases)
        {
            var got = _fuzz.Say(Made(consensus => consensus, change, body));
            Assert.True(points == got, $"{what}: {got} points instead of {points}");
        }

        AssertGenuineIsTaken();
    }

    [Fact]
    public void A_forged_sidecar_costs_its_sender_and_not_the_block()
    {
        foreach (var sidecar in new ReadOnlyMemory<byte>[] { default, new byte[] { 0xc0 }, new byte[100_000],
            _block.Sidecar[..^1],
            new ConsensusSidecar(_sidecar.Body with { StakeStateRoot = Registry.Root(1) }, _sidecar.ProposerSignature).Encode() })
            Assert.Equal(ThrownOut,
                _fuzz.Say(new WireMessage.NewBlockWithSidecar(_block with { Sidecar = sidecar }, UInt256.Zero)));

        var anothers =
            StakeFuzzNetwork.Sign((_sidecar.Body.ProposerIndex + 1) % StakeFuzzNetwork.Validators, ProposalRoot(_block.Hash));
        foreach (var signature in new[] { default, anothers })
            Assert.Equal(ThrownOut,
                _fuzz.Say(new WireMessage.NewBlockWithSidecar(_block with
                {
                    Sidecar = new ConsensusSidecar(_sidecar.Body,
                    signature).Encode()
                }, UInt256.Zero)));
        AssertGenuineIsTaken();
    }

    [Fact]
    public void A_block_that_leads_to_another_stake_state_is_refused_naming_both_roots_and_the_parts()
    {
        _fuzz.Say(Made(body => body with { StakeStateRoot = Registry.Root(2) }));

        var why = _fuzz.Network.Trace.Lines.Last(line => line.Contains("rejects block", StringComparison.Ordinal));
        Assert.Contains($"its stake state root is {Registry.Root(2)}, here it leads to {_sidecar.Body.StakeStateRoot}, made of "
            + $"scalars 0x", why, StringComparison.Ordinal);
        foreach (var part in StakeStatePart.All) Assert.Contains($" {part.Name} 0x", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_shows_the_parts_of_its_heads_stake_state()
    {
        var roots = _fuzz.Network.Nodes[1].StakeOf().HeadRoots.Value;

        Assert.Equal((_block.Hash, _sidecar.Body.StakeStateRoot), (roots.Block, roots.Root));
        Assert.Equal(StakeStatePart.All.Select(part => part.Name), roots.Parts.Select(part => part.Name));
    }

    private void AssertGenuineIsTaken()
    {
        Assert.Equal(0, _fuzz.Say(new WireMessage.NewBlockWithSidecar(_block, UInt256.Zero)));
        Assert.Contains(_fuzz.Target.Core.View.Tree,
            node => node.Header.Hash == _block.Hash && node.Status == BlockStatus.Executed);
        _fuzz.Network.Heal();
        var slashed = _fuzz.Target.StakeOf().Validators.Count(validator => validator.Validator.Slashed);
        _fuzz.Network.Run(TimeSpan.FromSeconds(4));

        // Whoever made so many blocks for one slot, or seemed to, pays for it.
        _fuzz.AssertUnharmed(Math.Max(slashed,
            _fuzz.Network.Nodes.Max(node =>
                node.Told.OfType<StakeEvent.OffenceFound>().Select(found => found.Validator).Distinct().Count())));
    }

    /// <summary>The block as a proposer would make and sign it who breaks a rule.</summary>
    private WireMessage.NewBlockWithSidecar Made(Func<ConsensusBody, ConsensusBody> change,
        Func<BlockHeader, BlockHeader>? changeHeader = null, BlockBody? body = null)
    {
        var consensus = change(_sidecar.Body);
        var changed = _block.Header.Header with { ExtraData = consensus.ComputeHash().ToArray() };
        var header = new SealedHeader(changeHeader?.Invoke(changed) ?? changed);
        var root = _fuzz.Domain.ProposalRoot(consensus.Slot, consensus.ProposerIndex, header.Hash);
        var sidecar = new ConsensusSidecar(consensus, StakeFuzzNetwork.Sign(consensus.ProposerIndex, root));
        return new WireMessage.NewBlockWithSidecar(new Block(header, body ?? _block.Body, sidecar.Encode()), UInt256.Zero);
    }

    private Hash256 ProposalRoot(Hash256 block) =>
        _fuzz.Domain.ProposalRoot(_sidecar.Body.Slot, _sidecar.Body.ProposerIndex, block);

    private SignedProposal Proposal() =>
        new(_sidecar.Body.Slot, 3, Registry.Root(4),
            StakeFuzzNetwork.Sign(3, _fuzz.Domain.ProposalRoot(_sidecar.Body.Slot, 3, Registry.Root(4))));
}
