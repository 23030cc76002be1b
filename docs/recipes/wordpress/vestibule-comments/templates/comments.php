<?php
/**
 * What stands under a post: the thread as the server renders it, and the widget, which takes it over.
 */

if ( ! defined( 'ABSPATH' ) || post_password_required() ) {
	return;
}

$vestibule_post   = get_post();
$vestibule_names  = vestibule_thread( $vestibule_post );
$vestibule_opened = comments_open( $vestibule_post );
$vestibule_html   = vestibule_rendered( $vestibule_post, $vestibule_opened );

// Closed, and nobody has written anything: then there is nothing to show.
if ( ! $vestibule_opened && false === strpos( $vestibule_html, 'class="vestibule-item"' ) ) {
	return;
}
?>
<section id="comments" class="comments-area">
	<?php if ( $vestibule_opened ) : ?>
		<vestibule-comments
			site="<?php echo esc_attr( vestibule_site() ); ?>"
			thread-id="<?php echo esc_attr( $vestibule_names['thread_id'] ); ?>"
			url="<?php echo esc_url( $vestibule_names['thread'] ); ?>"
			title="<?php echo esc_attr( $vestibule_names['title'] ); ?>"
			lang="<?php echo esc_attr( $vestibule_names['lang'] ); ?>">
			<?php
			// Escaped by the server, whose one door from text to HTML this is.
			echo $vestibule_html; // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped
			?>
		</vestibule-comments>
	<?php else : ?>
		<?php echo $vestibule_html; // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped ?>
	<?php endif; ?>
</section>
