<?php
/**
 * Plugin Name: Vestibule Comments
 * Description: Shows and takes comments by a Vestibule of your own instead of WordPress's comments.
 * Version: 1.0
 * Requires at least: 5.9
 * Requires PHP: 7.4
 * License: MIT
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const VESTIBULE_CACHE_SECONDS = 60;

/** The server's address without a slash at its end, '' while it is not set. */
function vestibule_server() {
	return untrailingslashit( (string) get_option( 'vestibule_server', '' ) );
}

/** The site's short name at the Vestibule. */
function vestibule_site() {
	return (string) get_option( 'vestibule_site', '' );
}

function vestibule_is_set_up() {
	return '' !== vestibule_server() && '' !== vestibule_site();
}

/**
 * How a post's thread is named: by its address, which may change, and by an id, which does not. The id
 * cannot be guessed: whoever writes under an id first ties it to a page.
 */
function vestibule_thread_id( $post ) {
	return 'wp-' . substr( wp_hash( 'vestibule-thread-' . $post->ID ), 0, 20 );
}

function vestibule_thread( $post ) {
	return array(
		'thread'    => get_permalink( $post ),
		'thread_id' => vestibule_thread_id( $post ),
		'title'     => wp_strip_all_tags( get_the_title( $post ) ),
		'lang'      => get_bloginfo( 'language' ),
	);
}

/**
 * The thread as HTML, for readers without scripts and for search engines.
 *
 * A Vestibule that does not answer costs the page at most a second, once a minute.
 */
function vestibule_rendered( $post, $with_form ) {
	$query = vestibule_thread( $post );
	if ( ! $with_form ) {
		$query['form'] = '0';
	}
	$path   = '/v1/sites/' . rawurlencode( vestibule_site() ) . '/comments.html?';
	$url    = vestibule_server() . $path . http_build_query( $query, '', '&', PHP_QUERY_RFC3986 );
	$key    = 'vestibule_' . md5( $url );
	$cached = get_transient( $key );
	if ( false !== $cached ) {
		return $cached;
	}
	$answer = wp_remote_get( $url, array( 'timeout' => 1, 'redirection' => 0 ) );
	$html   = 200 === wp_remote_retrieve_response_code( $answer ) ? wp_remote_retrieve_body( $answer ) : '';
	set_transient( $key, $html, VESTIBULE_CACHE_SECONDS );
	return $html;
}

/** Our template instead of the theme's, for comments that are open or were once. */
add_filter(
	'comments_template',
	function ( $template ) {
		return vestibule_is_set_up() ? __DIR__ . '/templates/comments.php' : $template;
	},
	20
);

/** Block themes have no template for comments, but a block. */
add_filter(
	'render_block',
	function ( $html, $block ) {
		if ( ! in_array( $block['blockName'], array( 'core/comments', 'core/post-comments' ), true ) ) {
			return $html;
		}
		if ( ! vestibule_is_set_up() || ! get_post() ) {
			return $html;
		}
		ob_start();
		include __DIR__ . '/templates/comments.php';
		return ob_get_clean();
	},
	10,
	2
);

/** The widget's script where comments are shown or counted; it is small, and asks no other server. */
add_action(
	'wp_enqueue_scripts',
	function () {
		if ( vestibule_is_set_up() ) {
			// Without a version: the server says itself how long the script may be kept.
			wp_enqueue_script( 'vestibule', vestibule_server() . '/embed.js', array(), null, true );
		}
	}
);

/** It is a module, which WordPress before 6.5 has no word for. */
add_filter(
	'script_loader_tag',
	function ( $tag, $handle ) {
		return 'vestibule' === $handle ? str_replace( '<script ', '<script type="module" ', preg_replace( '/ type=([\'"])text\/javascript\1/', '', $tag ) ) : $tag;
	},
	10,
	2
);

/** "3 comments" in lists of posts: the number is the Vestibule's, filled in for all at once. */
add_filter(
	'comments_number',
	function ( $text, $number = 0 ) {
		$post = get_post();
		if ( ! vestibule_is_set_up() || ! $post ) {
			return $text;
		}
		return sprintf(
			'<vestibule-count site="%s" thread-id="%s" url="%s">%s</vestibule-count>',
			esc_attr( vestibule_site() ),
			esc_attr( vestibule_thread_id( $post ) ),
			esc_url( get_permalink( $post ) ),
			esc_html__( 'Comments' )
		);
	},
	10,
	2
);

/** WordPress's own door for comments is shut, or programs would go on posting there. */
add_action(
	'pre_comment_on_post',
	function () {
		if ( vestibule_is_set_up() ) {
			wp_die( esc_html__( 'Sorry, comments are closed for this item.' ), '', array( 'response' => 403 ) );
		}
	}
);

add_filter(
	'rest_allow_anonymous_comments',
	function ( $allowed ) {
		return vestibule_is_set_up() ? false : $allowed;
	}
);

add_action(
	'admin_menu',
	function () {
		add_options_page( 'Vestibule', 'Vestibule', 'manage_options', 'vestibule', 'vestibule_settings_page' );
	}
);

add_action(
	'admin_init',
	function () {
		register_setting(
			'vestibule',
			'vestibule_server',
			array(
				'type'              => 'string',
				'sanitize_callback' => function ( $typed ) {
					return untrailingslashit( esc_url_raw( trim( (string) $typed ), array( 'https', 'http' ) ) );
				},
			)
		);
		register_setting(
			'vestibule',
			'vestibule_site',
			array(
				'type'              => 'string',
				'sanitize_callback' => function ( $typed ) {
					return preg_replace( '/[^a-z0-9-]/', '', strtolower( (string) $typed ) );
				},
			)
		);
	}
);

function vestibule_settings_page() {
	?>
	<div class="wrap">
		<h1>Vestibule</h1>
		<form method="post" action="options.php">
			<?php settings_fields( 'vestibule' ); ?>
			<table class="form-table" role="presentation">
				<tr>
					<th scope="row"><label for="vestibule_server">Server</label></th>
					<td>
						<input type="url" class="regular-text" id="vestibule_server" name="vestibule_server"
							placeholder="https://comments.example" value="<?php echo esc_attr( vestibule_server() ); ?>">
					</td>
				</tr>
				<tr>
					<th scope="row"><label for="vestibule_site">Site</label></th>
					<td>
						<input class="regular-text" id="vestibule_site" name="vestibule_site"
							value="<?php echo esc_attr( vestibule_site() ); ?>" aria-describedby="vestibule_origin">
						<p class="description" id="vestibule_origin">
							<?php
							printf(
								'The short name that this site got with <code>vestibule site add NAME --origin %s</code>',
								esc_html( preg_replace( '~^(https?://[^/]+).*~', '$1', home_url() ) )
							);
							?>
						</p>
					</td>
				</tr>
			</table>
			<?php submit_button(); ?>
		</form>
	</div>
	<?php
}
