using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Rules.Stake;

/// <summary>
/// Hurts a network of validators and then lets it heal: loss, duplication, jitter, skewed clocks, partitions, crashes, absent and
/// hostile validators, transfers, deposits and exits. What it promises is asked afterwards (<see cref="StakePromises"/>).
/// </summary>
public sealed class StakeScenario
{
    /// <summary>Validators of genesis, dealt out to the nodes in turn.</summary>
    public const int Validators = 12;

    /// <summary>How far a node's clock may be off, either way. Votes are due a second into the slot.</summary>
    public const int MostSkewMs = 300;

    private const int Accounts = 4;
    private const int Newcomers = 3;
    private const int Hurts = 6;

    // A life from deposit to withdrawal, and a leak, within some twenty epochs of six slots: with fewer, `safe` seldom leaves
    // `finalized`.
    private static readonly ProofOfStakeSettings Settings = new()
    {
        SlotsPerEpoch = 6,
        MaxSeedLookahead = 1,
        ShardCommitteePeriod = 2,
        MinValidatorWithdrawabilityDelay = 2,
        EpochsPerSlashingsVector = 8,
        InactivityPenaltyQuotient = 1 << 8,
        RandaoOnionLayers = 512,
    };

    private static readonly LinkConditions[] Weather =
    [
        LinkConditions.Good,
        new(DelayMs: 50, JitterMs: 200, Loss: 0.05, Duplication: 0.05),
        new(DelayMs: 200, JitterMs: 600, Loss: 0.02, Duplication: 0.02),
        new(DelayMs: 20, JitterMs: 100, Loss: 0.2, Duplication: 0.1),
    ];

    private readonly SimulatedNetwork _network;
    private readonly SeededRandom _random;
    private readonly SimulatedAccounts _accounts = new(Accounts);
    private readonly HostileValidators _hostile;
    private readonly StakeDomain _domain;
    private readonly Queue<ValidatorSecret> _newcomers;
    private int? _dead;
    private bool _isCut;

    private StakeScenario(ulong seed, int nodes, int? hostilePercent)
    {
        _random = new SeededRandom(seed);
        _hostile = HostileValidators.Draw(_random, Validators, hostilePercent);
        _newcomers = new(Enumerable.Range(Validators, Newcomers).Select(SimulatedStake.SecretOf));
        _network = SimulatedStake.Create(nodes, Validators, seed, Settings, _hostile.Misbehaviours, _accounts.Alloc,
            newcomers: Newcomers);
        _domain = new StakeDomain(_network.Genesis.Block.Hash);
    }

    private static TimeSpan Slot => TimeSpan.FromMilliseconds(Settings.SlotDurationMs);

    private static TimeSpan Epoch => Settings.SlotsPerEpoch * Slot;

    /// <param name="seed">Equal seeds give equal runs.</param>
    /// <param name="nodes">From 2.</param>
    /// <param name="hostilePercent">The share of stake that misbehaves, each validator in its own way; null lets the seed
    /// decide.</param>
    public static StakeHistory Run(ulong seed, int nodes = 4, int? hostilePercent = null) =>
        new StakeScenario(seed, nodes, hostilePercent).Run(seed);

    private StakeHistory Run(ulong seed)
    {
        var start = _network.Now;
        _network.Run((2 * Epoch) + Slot);
        for (var i = 0; i < Hurts; i++) Hurt();
        if (_hostile.Twins.Count > 0) SplitBrain();
        Heal();
        var promises = new StakePromises(_network, _hostile);
        var failure = promises.FindBroken(out var epochsToFinality);
        var slots = (ulong)(_network.Now.Since(start) / (long)Settings.SlotDurationMs);
        var nodes = _network.Nodes;
        return new StakeHistory
        {
            Seed = seed,
            Trace = _network.Trace.Digest,
            Failure = failure,
            Hostile = _hostile.ToString(),
            Height = nodes[0].Core.View.Head.Number,
            Finalized = nodes[0].StakeOf().Finalized.Epoch.Number,
            EpochsToFinality = epochsToFinality,
            Slashed = nodes[0].StakeOf().Validators.Count(validator => validator.Validator.Slashed),
            IsConflictProven = nodes.Any(node => node.WhyHalted is not null),
            NodeSlots = slots * (ulong)nodes.Count,
            SafeReverts = nodes.Sum(node => node.Safety.Reverts),
            DeepestSafeRevert = nodes.Max(node => node.Safety.DeepestRevert),
            SimulatedTime = TimeSpan.FromMilliseconds(_network.Now.Since(start)),
        };
    }

    /// <summary>Something goes wrong, or right again, and a few slots pass.</summary>
    private void Hurt()
    {
        _network.DefaultLink = Weather[_random.Next(Weather.Length)];
        _network.Nodes[_random.Next(_network.Nodes.Count)].SkewMs = _random.Next((2 * MostSkewMs) + 1) - MostSkewMs;
        if (_random.Chance(0.5)) ChangePartition();
        if (_random.Chance(0.5)) KillOrRestart();
        _accounts.Transfer(_network, _random, 4);
        if (_random.Chance(0.5)) Deposit();
        if (_random.Chance(0.3)) Exit();
        _network.Run((1 + _random.Next(8)) * Slot);
    }

    private void ChangePartition()
    {
        _isCut = !_isCut;
        if (!_isCut)
        {
            _network.Heal();
            return;
        }

        var shuffled = Enumerable.Range(0, _network.Nodes.Count).OrderBy(_ => _random.NextUInt64()).ToArray();
        var cut = 1 + _random.Next(shuffled.Length - 1);
        _network.Partition(shuffled[..cut], shuffled[cut..]);
    }

    private void KillOrRestart()
    {
        if (_dead is { } dead)
        {
            _network.Restart(dead);
            _dead = null;
        }
        else
        {
            _dead = _random.Next(_network.Nodes.Count);
            _network.Kill(_dead.Value);
        }
    }

    /// <summary>A newcomer's, or one that the contract must refuse, or more for somebody who is there.</summary>
    private void Deposit()
    {
        var wei = UInt256.Parse("32000000000000000000");
        switch (_random.Next(4))
        {
            case 0:
                Deposit(SimulatedStake.SecretOf(100), wei, new StakeDomain(Hash256.Zero));
                break;
            case 1:
                Deposit(SimulatedStake.SecretOf(_random.Next(Validators)), wei / 16, _domain);
                break;
            default:
                if (_newcomers.TryDequeue(out var newcomer)) Deposit(newcomer, wei, _domain);
                break;
        }
    }

    /// <summary>A call of the deposit contract with so much value; good only with a proof under the chain's own domain.</summary>
    private void Deposit(ValidatorSecret secret, UInt256 wei, StakeDomain domain)
    {
        var settings = (ProofOfStakeSettings)_network.Spec.Consensus;
        var data = DepositCall.Sign(secret.PrivateKey, secret.Commitment(settings.RandaoOnionLayers), secret.PrivateKey.Address,
            domain).Encode();
        _accounts.Call(_network, _random, settings.DepositAddress, wei, data);
    }

    private void Exit()
    {
        var index = _random.Next(Validators);
        var epoch = _network.Nodes.Select(node => node.Core.View.Consensus).OfType<StakeView>().First().Epoch;
        var exit = new SignedVoluntaryExit(epoch, index,
            SimulatedStake.SecretOf(index).PrivateKey.Sign(_domain.VoluntaryExitRoot(epoch, index)));
        _network.Submit(_random.Next(_network.Nodes.Count), new StakeMessage.Exit(exit));
    }

    /// <summary>Both halves of the nodes go on apart, with the twins' keys at work in each, longer than finality takes.</summary>
    private void SplitBrain()
    {
        if (_dead is not null) KillOrRestart();
        var half = _network.Nodes.Count / 2;
        _network.DefaultLink = LinkConditions.Good;
        _network.Heal();
        _network.Run(2 * Epoch);
        _network.Partition([.. Enumerable.Range(0, half)], [.. Enumerable.Range(half, _network.Nodes.Count - half)]);
        var twins = _hostile.Twins.Select(index => new SimulatedValidator(SimulatedStake.SecretOf(index), IsTwin: true)).ToList();
        foreach (var index in new[] { 0, half })
            _network.SetValidators(index,
                [.. _network.Nodes[index].Crew().Validators.Where(own =>
                    !twins.Exists(twin => twin.Secret.Key.Equals(own.Secret.Key))), .. twins]);
        _network.Run(((5 + _random.Next(4)) * Epoch) + (_random.Next(4) * Slot));
    }

    private void Heal()
    {
        if (_dead is not null) KillOrRestart();
        _network.DefaultLink = LinkConditions.Good;
        _network.Heal();
    }
}
