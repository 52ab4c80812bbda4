/// The times and limits of the queue.
package struct JobSettings: Sendable {
    /// A worker that is not heard of for this long is taken for dead.
    package var lease: Duration = .seconds(10)
    package var heartbeat: Duration = .seconds(3)
    /// How often to look for dead workers. Lease, heartbeat and this together stay under 15 s.
    package var watch: Duration = .milliseconds(1_500)
    /// How often to look for jobs of other processes; jobs of this process are seen at once.
    package var poll: Duration = .seconds(1)
    /// How long running jobs may go on when the worker is to stop.
    package var drain: Duration = .seconds(20)
    /// How long handlers may take to notice when the drain has ended. Short: what asks us to stop kills soon after.
    package var drainGrace: Duration = .seconds(1)
    /// How long a cancelled handler may take to notice before it is given up.
    package var cancelGrace: Duration = .seconds(5)
    /// Worker deaths that cost a job no attempt. Many: what is decoded runs in processes of its own, so a picture hardly
    /// kills its worker, while a machine that restarts again and again meets the same jobs each time.
    package var freeLosses: Int = 20
    /// The longest wait after a worker's death that was not the first: with lease, watch and poll it stays under 15 s.
    package var lossBackOffLimit: Duration = .seconds(2)
    /// Crashes or timeouts under a living worker after which a job is poison.
    package var poison: Int = 2
    /// The longest wait between attempts that we choose ourselves.
    package var backOffLimit: Duration = .seconds(600)
    /// Hours of service for which finished jobs are kept.
    package var keptHours: Int = 168

    package init() {}
}
